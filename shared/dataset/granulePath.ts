const tokens = /YYYY|YY|DDD|MM|DD|HH|mm/g;
const placeholder = /\{([^{}]*)\}/g;

/**
 * The path of the granule whose first timestep is instant `t`.
 * In braces stand YYYY, YY, MM, DD, DDD (day of the year), HH and mm, alone or together.
 */
export function granulePath(template: string, t: number): string {
  const at = new Date(t);
  const dayOfYear =
    (Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()) - Date.UTC(at.getUTCFullYear(), 0, 0)) /
    86_400_000;
  const part = (token: string): string => {
    switch (token) {
      case "YYYY":
        return padded(at.getUTCFullYear(), 4);
      case "YY":
        return padded(at.getUTCFullYear() % 100, 2);
      case "MM":
        return padded(at.getUTCMonth() + 1, 2);
      case "DDD":
        return padded(dayOfYear, 3);
      case "DD":
        return padded(at.getUTCDate(), 2);
      case "HH":
        return padded(at.getUTCHours(), 2);
      default:
        return padded(at.getUTCMinutes(), 2);
    }
  };
  return template.replace(placeholder, (_, inside: string) => inside.replace(tokens, part));
}

/** What is wrong with a path template; empty if it can be used. */
export function pathFaults(template: string): string[] {
  const faults: string[] = [];
  const plain = template.replace(placeholder, (_, inside: string) => {
    if (inside === "" || inside.replace(tokens, "") !== "")
      faults.push(`has {${inside}}, which is not made of YYYY, YY, MM, DD, DDD, HH, mm`);
    return "0";
  });
  if (/[{}]/.test(plain)) faults.push("has an unpaired brace");
  if (/\p{Cc}/u.test(plain)) faults.push("has a control character");
  if (plain.split("/").some((segment) => segment === "" || segment === "." || segment === "..")) {
    faults.push("is not relative, or has an empty, '.' or '..' segment");
  }
  return faults;
}

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, "0");
}
