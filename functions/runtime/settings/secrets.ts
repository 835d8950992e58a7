const before = "ACCRETE_SECRET_";

/** The secrets in an environment, by the names that descriptors give them. */
export function secretsIn(environment: NodeJS.ProcessEnv): ReadonlyMap<string, string> {
  const variables = Object.keys(environment).filter((variable) => variable.startsWith(before));
  const secrets = variables.map((variable) => {
    const name = variable.slice(before.length).toLowerCase().replaceAll("_", "-");
    return [name, environment[variable] ?? ""] as const;
  });
  return new Map(secrets);
}

/** The variable that has a secret's value. */
export function secretVariable(name: string): string {
  return before + name.toUpperCase().replaceAll("-", "_");
}
