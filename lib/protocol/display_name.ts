/** What an avatar's model is called where no character is chosen: `mao_pro` is Mao pro. */
export function displayName(model: string): string {
  const words = model.replace(/[_-]+/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
