import type { ImageStorageWords, ImageWords } from "@/lib/i18n/types/images.ts";

export const IMAGES: ImageWords = {
  attach: "Attach an image",
  choose: "Choose an image",
  photograph: "Take a photo",
  share: "Share the screen",
  sharing: "Your screen is shared with this page. Nothing of it is sent until you take a picture.",
  takeFrame: "Take a picture",
  stopSharing: "Stop sharing",
  screen: "Screen",
  image: "Image",
  named: (name) => `Image: ${name}`,
  remove: (name) => `Remove ${name}`,
  preparing: "Being prepared…",
  question: "What do you see?",
  blind: (model) => `${model} cannot see images. Remove them, or choose a model that can see.`,
  unseen: "Answered without the image: this model cannot see",
  drop: { title: "Drop it here", text: "An image goes into your message" },
  problems: {
    unreadable: "This browser cannot read that as an image",
    offline: "The image could not be sent: the server cannot be reached",
    many: (most) => `A message can have ${most} images`,
  },
};

export const IMAGE_STORAGE: ImageStorageWords = {
  title: "Images in conversations",
  usage: (count, bytes, most) => count === 1 ? `1 image, ${bytes} of ${most}` : `${count} images, ${bytes} of ${most}`,
  about: "They are kept in the data folder, and go with the conversation that is deleted.",
};
