/** A small picture of a face; its room is there before it is drawn. */
export function FacePicture({ src }: { src: string | undefined }) {
  return src === undefined ? <span class="face-picture" /> : <img class="face-picture" src={src} alt="" />;
}
