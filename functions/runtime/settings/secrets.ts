const before = "ACCRETE_SECRET_";

/** The secrets in an environment, by the names that descriptors give them. */
export function secretsIn(environment: NodeJS.ProcessEnv): ReadonlyMap<string, string> {
  const secrets = Object.entries(environment).flatMap(([variable, value]) =>
    variable.startsWith(before) && value !== undefined
      ? [[variable.slice(before.length).toLowerCase().replaceAll("_", "-"), value] as const]
      : [],
  );
  return new Map(secrets);
}

/** The variable that has a secret's value. */
export function secretVariable(name: string): string {
  return before + name.toUpperCase().replaceAll("-", "_");
}
