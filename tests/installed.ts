/**
 * Whether this machine has a program that only tests want: where it has not, they are left out, and say so.
 *
 * @param args with which it ends at once, well or not
 */
export async function isInstalled(program: string, args: string[], env: Record<string, string> = {}): Promise<boolean> {
  try {
    await new Deno.Command(program, { args, env, stdout: "null", stderr: "null" }).output();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
