/** Due slots by what became of them: due = ok + flaky + failed + unknown. */
export interface Slots {
  due: number;
  ok: number;
  flaky: number;
  failed: number;
  unknown: number;
}

/** What a service level objective says about a window; minutes may be negative once the budget is overspent. */
export interface Objective {
  /** Percent of the due slots that should be answered. */
  target: number;
  /** undefined: cannot be told, for the unknown slots decide. */
  held: boolean | undefined;
  budgetMinutes: number;
  spentMinutes: number;
  leftMinutes: number;
}

/**
 * Weighs failed slots against the budget that `target` percent leaves. Held only if it would hold had every unknown
 * slot failed; broken only if it would be had every one of them been good. `slotMinutes` is what one slot stands for.
 */
export function objectiveOf({ due, failed, unknown }: Slots, target: number, slotMinutes: number): Objective {
  // In thousandths of a percent, so that 0.1 % of 1,000 is 1 and not 0.9999999.
  const budgetSlots = ((100_000 - Math.round(target * 1000)) * due) / 100_000;
  const isKnown = failed > budgetSlots || failed + unknown <= budgetSlots;
  return {
    target,
    held: due > 0 && isKnown ? failed <= budgetSlots : undefined,
    budgetMinutes: budgetSlots * slotMinutes,
    spentMinutes: failed * slotMinutes,
    leftMinutes: (budgetSlots - failed) * slotMinutes,
  };
}
