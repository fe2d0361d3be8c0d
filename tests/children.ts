/**
 * Watches which processes this one starts from now on.
 *
 * @returns the ids of those that live; none where the system does not tell
 */
export function watchChildren(): () => number[] {
  const before = new Set(children());
  return () => children().filter((pid) => !before.has(pid));
}

/** The ids of the processes that one has started, this one by default, and that live; none where the system does not tell. */
export function children(parent: number = Deno.pid): number[] {
  if (Deno.build.os !== "linux") return [];
  const tasks = [...Deno.readDirSync(`/proc/${parent}/task`)];
  return tasks.flatMap(({ name }) => Deno.readTextFileSync(`/proc/${parent}/task/${name}/children`).split(" "))
    .filter((pid) => pid !== "").map(Number);
}

/** Memory that a process holds, MB; NaN where the system does not tell. */
export function residentMB(pid: number): number {
  const [, kB] = /^VmRSS:\s+(\d+) kB/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`)) ?? [];
  return Number(kB) / 1024;
}
