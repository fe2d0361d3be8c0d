/**
 * Watches which processes this one starts from now on.
 *
 * @returns the ids of those that live; none where the system does not tell
 */
export function watchChildren(): () => number[] {
  const before = new Set(children());
  return () => children().filter((pid) => !before.has(pid));
}

/** The ids of the processes that this one has started, and that live; none where the system does not tell. */
export function children(): number[] {
  if (Deno.build.os !== "linux") return [];
  const tasks = [...Deno.readDirSync(`/proc/${Deno.pid}/task`)];
  return tasks.flatMap(({ name }) => Deno.readTextFileSync(`/proc/${Deno.pid}/task/${name}/children`).split(" "))
    .filter((pid) => pid !== "").map(Number);
}

/** Memory that a process holds, MB; NaN where the system does not tell. */
export function residentMB(pid: number): number {
  const [, kB] = /^VmRSS:\s+(\d+) kB/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`)) ?? [];
  return Number(kB) / 1024;
}
