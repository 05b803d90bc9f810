/**
 * What happens to a request. `before` means that the service does nothing, `after` that it has done what was asked
 * and only the answer is lost or wrong.
 */
export type OperationEffect =
  /** An exception; `InternalServiceError` with status 500 when left out. */
  | { kind: "fail"; type?: string; status?: number; when?: "before" | "after" }
  /** `ThrottlingException`, which the SDK tries again. */
  | { kind: "throttle" }
  /** The connection breaks without an answer. */
  | { kind: "drop"; when?: "before" | "after" }
  /** There is never an answer. */
  | { kind: "hang"; when?: "before" | "after" };

/** A fault and when it strikes. */
export interface OperationFault {
  /** `GetSecretValue` and the like; every operation when left out. */
  operation?: string;
  /** How many matching requests it befalls; all of them when left out. */
  times?: number;
  /** How many matching requests it lets pass first; none when left out. */
  skip?: number;
  effect: OperationEffect;
}

/** What goes wrong in the fake. The first fault that strikes decides. */
export interface OperationFaults {
  add(fault: OperationFault): void;
  clear(): void;
  /** The effect that befalls a request; counts it against each fault that matches. */
  strike(operation: string): OperationEffect | undefined;
}

/** A plan without faults. */
export function createOperationFaults(): OperationFaults {
  const planned: { fault: OperationFault; seen: number }[] = [];
  return {
    add: (fault) => void planned.push({ fault, seen: 0 }),
    clear: () => void planned.splice(0),
    strike: (operation) => {
      const striking = planned.filter((each) => {
        const { operation: wanted = operation, skip = 0, times = Number.POSITIVE_INFINITY } = each.fault;
        if (wanted !== operation) return false;
        each.seen += 1;
        return each.seen > skip && each.seen <= skip + times;
      });
      return striking[0]?.fault.effect;
    },
  };
}
