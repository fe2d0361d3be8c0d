/** English sentences with all sounds of the language, most of them from the Harvard lists that telephones are tested with. */

/** What is learned from. */
export const LEARNED: readonly string[] = [
  "The north wind and the sun were arguing about which of them was stronger.",
  "She had your dark suit in greasy wash water all year.",
  "Don't ask me to carry an oily rag like that.",
  "The quick brown fox jumps over the lazy dog.",
  "Please call Stella and ask her to bring these things with her from the store.",
  "Six spoons of fresh snow peas, five thick slabs of blue cheese, and maybe a snack for her brother Bob.",
  "We also need a small plastic snake and a big toy frog for the kids.",
  "The boy was there when the sun rose over the hill.",
  "A rod is used to catch pink salmon in the cold river.",
  "The source of the huge river is the clear spring.",
  "Kick the ball straight and follow through.",
  "Help the woman get back to her feet.",
  "A pot of tea helps to pass the evening.",
  "Smoky fires lack flame and heat.",
  "The soft cushion broke the man's fall.",
  "The salt breeze came across from the sea.",
  "The girl at the booth sold fifty bonds.",
  "The small pup gnawed a hole in the sock.",
  "The fish twisted and turned on the bent hook.",
  "Press the pants and sew a button on the vest.",
  "The swan dive was far short of perfect.",
  "The beauty of the view stunned the young boy.",
  "Two blue fish swam in the tank.",
  "Her purse was full of useless trash.",
  "The colt reared and threw the tall rider.",
  "It snowed, rained, and hailed the same morning.",
  "Read verse out loud for pleasure.",
  "Hoist the load to your left shoulder.",
  "Take the winding path to reach the lake.",
  "Note closely the size of the gas tank.",
];

/** What is measured with. */
export const HEARD: readonly string[] = [
  "Hello there, my friend. How are you today?",
  "I moved the moon, and you flew through the room.",
  "My father's car was parked far from the calm harbour.",
  "Each evening we see the green trees near the sea.",
  "Go home alone, although the road is cold and slow.",
  "Get the red pen and the empty letter from the shelf.",
  "What would you like to talk about this afternoon?",
  "I think that is a wonderful idea, let us begin at once!",
  "People buy big, puffy, pumpkin pies in November.",
  "The weather report says it will be sunny until four o'clock.",
];
