/*
 * What `accrete-zarr` gives. Descriptors import it, each time that any command runs: whatever is not needed
 * to define a dataset is loaded when it is called.
 */
export { coordinateValues } from "../../shared/dataset/coordinates.ts";
export type { Descriptor } from "../../shared/dataset/dataset.ts";
export { defineDataset } from "../../shared/dataset/defineDataset.ts";
export type {
  ArraySpec,
  Attributes,
  AttributeValue,
  AuxiliaryCoordinate,
  CandidatePath,
  CodecSpec,
  DatasetSpec,
  DecodingSpec,
  FixedDimension,
  SourceSpec,
  StampPosition,
  TimeSpec,
  UpdatesSpec,
} from "../../shared/dataset/descriptor.ts";
export type { DescriptorFile, LoadedDatasets } from "../../shared/dataset/loadDatasets.ts";
export { loadDatasets } from "../../shared/dataset/loadDatasets.ts";
export { datasetFromJson } from "../../shared/dataset/readJson.ts";
export {
  ContentionError,
  DescriptorError,
  DriftError,
  GranuleError,
  NewerSchemaError,
  PairError,
  SourceError,
  StorageError,
  UsageError,
} from "../../shared/errors.ts";
export type { Block, DatedLayout, HeaderLayout, NegatedRule } from "../../shared/format/flatBinary/spec.ts";
export type { PipelineEvent } from "../../shared/pipeline/events.ts";
export type { DatasetStatus } from "../runtime/datasetStatus.ts";
export { registerFunctions } from "./functions.ts";
export { type Extended, extend, type Kept, type KeptRange, type Planned, plan, status } from "./keep.ts";
