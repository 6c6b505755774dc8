import type { Field } from "../warehouse/warehouse.ts";

/** A field as the contract writes it. */
export interface ContractField {
  name: string;
  type: string;
  mode: Field["mode"];
  description?: string;
  fields?: { [member: string]: unknown }[];
}

/** Columns as the contract writes them. */
export function toSchema(schema: readonly Field[]): ContractField[] {
  return schema.map(toContractField);
}

function toContractField({ name, type, mode, description, fields }: Field): ContractField {
  return {
    name,
    type,
    mode,
    ...(description === undefined ? {} : { description }),
    ...(fields === undefined ? {} : { fields: fields.map((field) => ({ ...toContractField(field) })) }),
  };
}
