import { mix } from "./easing.ts";
import type { Rig } from "./rig.ts";

/** How an expression changes one parameter. */
export interface Change {
  id: string;
  value: number;
  /** `share` adds a part of the parameter's range, so that it fits any model: ours, and not of the file format. */
  blend: "add" | "multiply" | "overwrite" | "share";
}

/** A face that a model can make. */
export interface Expression {
  name: string;
  /** Seconds in which it comes and goes. */
  fadeIn: number;
  fadeOut: number;
  changes: readonly Change[];
}

/** What the formats assume where a file does not say, in seconds. */
const FADE = { cubism4: 1, cubism2: 0.5 };

/** Reads an expression file of any generation of Cubism; what makes no sense in it is left out. */
export function readExpression(name: string, json: unknown): Expression {
  const root = record(json);
  return Array.isArray(root.Parameters) ? cubism4(name, root, root.Parameters) : cubism2(name, root);
}

function cubism4(name: string, root: Record<string, unknown>, parameters: unknown[]): Expression {
  const changes = parameters.map(record).flatMap((parameter): Change[] => {
    const { Id: id, Value: value } = parameter;
    if (typeof id !== "string" || typeof value !== "number") return [];
    const blend = parameter.Blend === "Multiply" ? "multiply" : parameter.Blend === "Overwrite" ? "overwrite" : "add";
    return [{ id, value, blend }];
  });
  return {
    name,
    fadeIn: seconds(root.FadeInTime, FADE.cubism4),
    fadeOut: seconds(root.FadeOutTime, FADE.cubism4),
    changes,
  };
}

function cubism2(name: string, root: Record<string, unknown>): Expression {
  const parameters: unknown[] = Array.isArray(root.params) ? root.params : [];
  const changes = parameters.map(record).flatMap((parameter): Change[] => {
    const { id, val, calc } = parameter;
    if (typeof id !== "string" || typeof val !== "number") return [];
    const base = typeof parameter.def === "number" ? parameter.def : null;
    if (calc === "mult") return [{ id, value: val / (base || 1), blend: "multiply" }];
    if (calc === "set") return [{ id, value: val, blend: "overwrite" }];
    return [{ id, value: val - (base ?? 0), blend: "add" }];
  });
  const fade = (value: unknown) => seconds(typeof value === "number" ? value / 1000 : null, FADE.cubism2);
  return { name, fadeIn: fade(root.fade_in), fadeOut: fade(root.fade_out), changes };
}

/** Changes the parameters of a model by an expression, as much as `weight` says, from 0 to 1. */
export function applyExpression(rig: Rig, expression: Expression, weight: number): void {
  for (const { id, value, blend } of expression.changes) {
    const index = rig.find(id);
    if (index < 0) continue;
    const now = rig.get(index);
    if (blend === "add") rig.set(index, now + value * weight);
    else if (blend === "multiply") rig.set(index, now * mix(1, value, weight));
    else if (blend === "overwrite") rig.set(index, mix(now, value, weight));
    else rig.set(index, now + fromShare(rig, index, value) * weight);
  }
}

function fromShare(rig: Rig, index: number, share: number): number {
  const { min, max, initial } = rig.range(index);
  return share >= 0 ? (max - initial) * share : (initial - min) * share;
}

function seconds(value: unknown, otherwise: number): number {
  return typeof value === "number" && value >= 0 ? value : otherwise;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
}
