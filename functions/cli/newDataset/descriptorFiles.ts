import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withDataset } from "../../../shared/authoring/newDataset/catalogueSource.ts";
import { reasonOf, StorageError, UsageError } from "../../../shared/errors.ts";

/** The directory of descriptors that a new one goes into. */
export interface DescriptorDirectory {
  /** Of the files there, without their endings. */
  readonly names: ReadonlySet<string>;
  /** Adds a descriptor's file and lists it in the catalogue: both or, where it throws, neither. Returns their paths. */
  add(id: string, source: string): readonly string[];
}

/** Throws a `UsageError` where the directory is not like `shared/dataset/catalogue` of a checkout. */
export function openDescriptors(directory: string): DescriptorDirectory {
  const catalogueFile = join(directory, "catalogue.ts");
  const read = () => {
    try {
      return { names: readdirSync(directory), catalogue: readFileSync(catalogueFile, "utf8") };
    } catch (error) {
      throw new UsageError([
        `--directory ${directory} has no catalogue.ts (${reasonOf(error)}): give shared/dataset/catalogue of a checkout`,
      ]);
    }
  };
  const extended = (id: string) => {
    const text = withDataset(read().catalogue, id);
    if (text === undefined)
      throw new UsageError([
        `${catalogueFile} has no list that a dataset could be added to: repair it first`,
      ]);
    return text;
  };
  extended("a");
  return {
    names: new Set(read().names.map((name) => name.replace(/\.ts$/, ""))),
    add(id, source) {
      const file = join(directory, `${id}.ts`);
      const draft = join(directory, `.${id}.catalogue.ts`);
      const catalogue = extended(id);
      // All at once, without a pause in which Ctrl-C could leave half of it.
      try {
        writeFileSync(file, source, { flag: "wx" });
      } catch (error) {
        throw new StorageError("write", file, reasonOf(error), { cause: error });
      }
      try {
        writeFileSync(draft, catalogue);
        renameSync(draft, catalogueFile);
      } catch (error) {
        for (const left of [file, draft]) rmSync(left, { force: true });
        throw new StorageError("write", catalogueFile, reasonOf(error), { cause: error });
      }
      return [file, catalogueFile];
    },
  };
}
