import type { Matrix } from "./matrix.ts";
import { ANSWERS } from "./struck/answers.ts";
import { CONTAINMENT } from "./struck/containment.ts";
import { REPLACEMENT } from "./struck/replacement.ts";
import { ROTATION } from "./struck/rotation.ts";
import { SECOND_LEAK } from "./struck/second-leak.ts";

/** All that `npm run matrix` strikes. */
export const MATRICES: readonly Matrix[] = [ROTATION, CONTAINMENT, ANSWERS, REPLACEMENT, SECOND_LEAK];

/**
 * The matrix of a name.
 *
 * @throws RangeError where there is none
 */
export function matrixOf(name: string): Matrix {
  const found = MATRICES.find((matrix) => matrix.name === name);
  if (!found) throw new RangeError(`There is no matrix "${name}": ${MATRICES.map((one) => one.name).join(", ")}.`);
  return found;
}
