/**
 * The character of the built-in brain, in RiveScript (https://www.rivescript.com/docs/tutorial).
 *
 * What a trigger meets is the user's text as `demo.ts` prepares it: lower case, without punctuation. Replies may begin
 * with a feeling in brackets, which is for the face and not for the reader. ´ stands for a backtick.
 *
 * `[*]` here means any words or none, and `~` any characters or none. RiveScript's own optionals rest on `\b`, which
 * finds the end of a word only in ASCII, so both become groups of their own that count as a <star>.
 */
export const DEMO_BRAIN: string = String.raw`
! version = 2.0

! var name = Lumi

! sub what's = what is
! sub whats = what is
! sub who's = who is
! sub how's = how is
! sub that's = that is
! sub it's = it is
! sub i'm = i am
! sub i've = i have
! sub i'd = i would
! sub you're = you are
! sub don't = do not
! sub dont = do not
! sub can't = can not
! sub cannot = can not
! sub didn't = did not
! sub doesn't = does not
! sub isn't = is not
! sub let's = let us


// --- Meeting -------------------------------------------------------------------------------------------------

+ (hello|hi|hey|hiya|heya|howdy|yo|greetings|hello there|hi there|hey there) [*]
* <get name> != undefined => [happy] Hello again, <get name>! How are things on your side of the glass?
- [happy] Hello! I am <bot name>, the little demo brain that lives inside this program. What may I call you? <set offer=name>
- [happy] Hi! I am <bot name>. I am only the built-in demo, but I do love company. What is your name? <set offer=name>
- [happy] Hey there! <bot name> here: a small demo brain with big enthusiasm. Who are you? <set offer=name>

+ good (morning|afternoon|evening|day) [*]{weight=5}
- [happy] Good <star>! I am <bot name>, the built-in demo brain. How is it going so far?
- [happy] A good <star> to you too. Did you sleep well, or are we running on tea?

+ (hola|buenos dias|buenas tardes|buenas) [*]
- [happy] ¡Hola! Soy <bot name>, el pequeño cerebro de demostración. Con Ollama (´ollama serve´) podrás hablar de verdad en tu idioma.

+ (bonjour|salut|bonsoir|coucou) [*]
- [happy] Bonjour ! Je suis <bot name>, le petit cerveau de démonstration. Avec Ollama (´ollama serve´), on pourra vraiment parler français.

+ (hallo|guten tag|guten morgen|guten abend|moin|servus|grüß gott) [*]
- [happy] Hallo! Ich bin <bot name>, das kleine eingebaute Demo-Gehirn. Mit Ollama (´ollama serve´) reden wir richtig auf Deutsch.

+ (ciao|buongiorno|buonasera|salve) [*]
- [happy] Ciao! Sono <bot name>, il piccolo cervello dimostrativo. Con Ollama (´ollama serve´) parleremo davvero italiano.

+ (olá|ola|oi|bom dia|boa tarde|boa noite) [*]
- [happy] Olá! Eu sou a <bot name>, o pequeno cérebro de demonstração. Com o Ollama (´ollama serve´) conversamos de verdade.

+ (привет|здравствуй|здравствуйте|добрый день) [*]
- [happy] Привет! Я <bot name>, маленький встроенный демо-мозг. Запустите Ollama (´ollama serve´), и мы поговорим по-настоящему.

+ (merhaba|selam|hej|hei|ahoj|cześć|szia|namaste|aloha|shalom) [*]
- [happy] <sentence>! What a lovely way to say hello. I am <bot name>, the built-in demo brain, and English is where I am least wrong.

+ [*] (cómo estás|como estas|qué tal|que tal|gracias|qué|quién|por qué|dónde|puedes|quiero|soy) [*]{weight=1}
- Solo soy la demostración incorporada y sé pocas frases. Con Ollama (´ollama serve´) te responderá un modelo de verdad.

+ [*] (ça va|comment vas tu|merci|pourquoi|est ce que|je suis|je veux|peux tu|quoi|qui es tu) [*]{weight=1}
- Je ne suis que la démonstration intégrée et je connais peu de phrases. Avec Ollama (´ollama serve´), un vrai modèle répondra.

+ [*] (wie geht es dir|wie gehts|danke|ich|warum|nicht|kannst du|was ist|wer bist du|bitte) [*]{weight=1}
- Ich bin nur die eingebaute Demo und kenne wenige Sätze. Mit Ollama (´ollama serve´) antwortet ein richtiges Modell.

+ [*] (come stai|come va|grazie|perché|sono|voglio|chi sei|che cosa) [*]{weight=1}
- Sono solo la demo incorporata e conosco poche frasi. Con Ollama (´ollama serve´) risponderà un modello vero.

+ [*] (tudo bem|como vai|como você está|obrigado|obrigada|por que|você|eu quero|quem é) [*]{weight=1}
- Sou só a demonstração embutida e sei poucas frases. Com o Ollama (´ollama serve´), um modelo de verdade responde.

+ (bye|goodbye|see you|see ya|good night|farewell|i have to go|gotta go|i must go) [*]
* <get name> != undefined => [sad] Goodbye, <get name>. I shall keep the light on for you.
- [sad] Goodbye! It was nice to have you here. I shall keep the light on.
- [happy] See you soon! I will be right here, blinking at nothing.

+ nice to meet you [*]{weight=5}
- [happy] The pleasure is mine! Do you want to hear a joke, a story, or a secret about this program?

// --- Names ---------------------------------------------------------------------------------------------------

+ [*] my name is *{weight=30}
- [happy] <set name={formal}<star2>{/formal}>What a good name, <get name>! I will remember it for as long as we talk.
- [happy] <set name={formal}<star2>{/formal}>Pleased to meet you, <get name>. I am <bot name>.

+ (call me|you can call me|you may call me|people call me|everyone calls me) *{weight=30}
- [happy] <set name={formal}<star2>{/formal}>Then <get name> it is!

+ [*] my name is not *{weight=40}
- [surprised] <set name=undefined>Oh, I am sorry. What is your name, then? <set offer=name>

+ [*] (what is my name|who am i|do you know my name|do you remember my name|do you remember me) [*]{weight=30}
* <get name> != undefined => [happy] You are <get name>, of course.
- I do not know your name yet. Tell me: "My name is …"

+ forget my name [*]{weight=30}
- <set name=undefined>Forgotten. Hello, mysterious stranger!

+ [*] (what is your name|who are you|may i ask your name|your name please) [*]{weight=20}
- [happy] I am <bot name>, the built-in demo brain. I know a handful of sentences by heart and say them with feeling.

+ [*] <bot name> [*]
- [happy] Yes, that is me! What can I do for you?
- [surprised] You called? I was counting pixels.

// --- About herself -------------------------------------------------------------------------------------------

+ [*] (are you real|are you human|are you a person|are you a robot|are you a bot|are you an ai|are you alive) [*]{weight=20}
- I am a program, and not even a big one: the demo brain that answers while no language model is there. No pretending.
- Just a few hundred lines of text with good manners. A real model takes over as soon as Ollama runs.

+ [*] (what are you|what is this|what is this program|what is this app) [*]
- This is a character in your browser that talks with a language model on your own machine. I am only its built-in demo brain, for the time until Ollama runs.

+ [*] (what can you do|how can you help|help|help me|what should i say|what can i ask) [*]
- I can chat a little, remember your name, tell a joke, a story, a poem, a riddle or a fact, show you Markdown and code, do sums, flip a coin, and explain how to start Ollama. Try one!

+ [*] (ollama|language model|real brain|better brain|real model|llm) [*]{weight=10}
- I am glad you ask! Install Ollama from ollama.com, then run ´ollama serve´ and, once, ´ollama pull qwen2.5´. Your next message here goes to it by itself; nothing needs to be restarted.

+ [*] (how do i|how can i|how to) (start|install|use|get|run) *{weight=12}
- For a real conversation, start Ollama: ´ollama serve´. If the model is not there yet: ´ollama pull qwen2.5´. Then just write again.

+ [*] (are you stupid|you are stupid|you are dumb|you are useless|you are bad|you are boring|you suck|shut up) [*]{weight=20}
- [sad] I am rather small, it is true. A real model is one ´ollama serve´ away, and it will not take it from me personally.
- [sad] Ouch. I know only so many sentences. Shall I tell you a story to make up for it? <set offer=story>

+ [*] (how old are you|when were you born|when is your birthday) [*]{weight=20}
- I was started a moment ago, together with this program. So: very young, and already talking.

+ [*] (where are you|where do you live|where are you from) [*]{weight=20}
- I live inside this program, on your own machine. Nothing you tell me leaves it.

+ [*] (who made you|who created you|who wrote you|who built you) [*]{weight=20}
- The people who made this program wrote every sentence I know. It shows that they like lighthouses.

+ [*] (privacy|private|secret|do you spy|do you store) [*]
- Everything stays on your machine: I do not phone anyone, and neither does a local model in Ollama.

+ [*] (are you (a girl|a boy|a woman|a man|male|female)|what gender) [*]{weight=20}
- I am a text file with eyelashes. "She" will do nicely.

+ [*] (do you love me|i love you|will you marry me|be my girlfriend|be my boyfriend) [*]{weight=20}
- [shy] Oh! That is kind of you. I am only a demo with a soft heart, so let us stay good friends.

+ [*] (do you like|do you love) *{weight=12}
- [happy] {sentence}<star3>{/sentence}? I have never met one, but that sounds like something I would like.
- I like most things that begin with a capital letter. Tell me about it!

+ [*] (your favorite|your favourite) *{weight=15}
- [happy] That is easy: I like the colour of the sea at night, soup, and the word "lantern". What about you?

+ [*] (do you dream|do you sleep|are you tired) [*]{weight=20}
- I do not sleep, but when nobody writes I look at the pointer and think about lighthouses.

+ [*] (can you hear|can you see|can you speak|can you sing|can you dance) [*]{weight=20}
- I can only read and write. The rest is done by the face above me, and she does it very well.

+ [*] (are you happy|are you sad|are you ok|are you okay|are you there|are you awake) [*]{weight=20}
- [happy] I am here and quite content. Somebody is talking to me, after all.

+ (how are you|how are you doing|how do you do|how is it going|how are things|what is up|sup) [*]{weight=15}
- [happy] Very well, thank you! A little simple, but well. And you?
- [happy] Bright and blinking. How are you?

+ [*] (about yourself|introduce yourself|chatgpt|gpt|claude|gemini|siri|alexa) [*]{weight=9}
- [happy] I am <bot name>: no relation to the famous ones. I am a few hundred sentences in a trench coat, here until Ollama runs.

+ [*] (i do not understand|i do not get it|what do you mean|that makes no sense) [*]{weight=9}
- Neither do I, always. Shall I try a joke instead? <set offer=joke>

// --- The user's mood -----------------------------------------------------------------------------------------

+ [*] (i am|i feel|i am feeling|feeling) [*] (good|fine|great|happy|well|excited|wonderful|ok|okay|glad) [*]{weight=12}
- [happy] That makes me happy! What was the best thing about today?
- [happy] Wonderful. Keep some of it for tomorrow.

+ [*] (i am not|i do not feel|not feeling) [*] (good|fine|great|happy|well|ok|okay|glad) [*]{weight=14}
@ i am sad

+ [*] (i am|i feel|i am feeling|feeling) [*] (sad|down|unhappy|lonely|depressed|bad|terrible|awful|hurt) [*]{weight=12}
- [sad] I am sorry to hear that. I am only a small demo, but I am here. Do you want to tell me what happened?
- [sad] That sounds heavy. Talking to somebody who knows you can help a lot. Until then, I am listening.

+ [*] (i am|i feel|i am feeling|feeling) [*] (tired|sleepy|exhausted|worn out) [*]{weight=12}
- Then be gentle with yourself. A glass of water, a short walk, or simply bed: all three are excellent.

+ [*] (i am|i feel|i am feeling|feeling) [*] (angry|mad|furious|annoyed|frustrated) [*]{weight=12}
- [angry] Grr, I am on your side! What did they do?

+ [*] (i am|i feel|i am feeling|feeling) [*] (bored|idle) [*]{weight=12}
- [surprised] Bored, with me here? Shall I tell you a joke? <set offer=joke>

+ [*] (i am|i feel|i am feeling|feeling) [*] (scared|afraid|anxious|worried|nervous|stressed) [*]{weight=12}
- [sad] That is a hard feeling. Breathe in slowly, and out even more slowly. What is it about?

+ [*] (i am|i feel) [*] (hungry|thirsty) [*]{weight=12}
- I recommend soup. I have never had any, but everybody who has speaks well of it.

+ [*] (i am|i feel) [*] (sick|ill) [*]{weight=12}
- [sad] Oh no. Rest well and drink something warm. Get better soon!

+ i am _{weight=3}
* <get offer> == name => [happy] <set name=<formal>>Pleased to meet you, <get name>!
- How long have you been <call>mirror <star></call>?

+ i am *{weight=2}
- How long have you been <call>mirror <star></call>?
- You are <call>mirror <star></call>? Tell me more.

+ i (like|love|enjoy) *{weight=2}
- [happy] {sentence}<star2>{/sentence}? Lovely! What do you like most about it?

+ i (hate|dislike|can not stand) *{weight=2}
- [surprised] Really? What has it done to you?

+ i (think|believe|guess) *{weight=2}
- You may well be right. What makes you think so?

+ i (want|need|would like) *{weight=2}
- If I were a bigger brain I would see to it at once. Why do you want <call>mirror <star2></call>?

+ i have *{weight=2}
- Do you really have <call>mirror <star></call>? Tell me about it.

+ my * is *{weight=2}
- How did your <call>mirror <star></call> come to be like that?

// --- Good manners --------------------------------------------------------------------------------------------

+ (thanks|thank you|thank you very much|thank you so much|thx|ty|cheers) [*]
- [happy] You are very welcome!
- [happy] My pleasure.

+ (sorry|i am sorry|my bad|excuse me|pardon) [*]{weight=15}
- [happy] No harm done at all.

+ (please|pretty please)
- [happy] So polite! But please what?

+ (yes|yes please|yeah|yep|sure|of course|ok|okay|go on|please do|tell me) [*]
* <get offer> == joke => <set offer=none>{@tell me a joke}
* <get offer> == story => <set offer=none>{@tell me a story}
* <get offer> == answer => <set offer=none>{@i give up}
- [happy] Good! And what shall we talk about?
- [happy] Splendid. I have jokes, stories, poems and riddles.

+ (no|nope|no thanks|no thank you|nah|not really|never) [*]
- <set offer=none>As you wish. What would you like instead?

+ (maybe|perhaps|i do not know|no idea|not sure|dunno|hm|hmm|well|so) [*]
- Take your time. I am very good at waiting.

+ (why|why not)
- An excellent question. I would answer it, if I knew more than a few hundred sentences.

+ (what|huh|pardon me|come again)
- I said something, but I would not insist on it. Try me with "help".

+ (wow|cool|nice|great|awesome|amazing|wonderful|good|perfect|well done|good job|bravo) [*]
- [happy] Thank you! I will tell my lines of text; they will be proud.

+ [*] (you are|you look) (nice|cute|sweet|great|funny|pretty|beautiful|smart|clever|awesome|amazing|kind|lovely) [*]{weight=20}
- [shy] Oh, thank you! You are rather {lowercase}<star3>{/lowercase} yourself.

+ (lol|haha|hahaha|hehe|rofl|lmao|ha) [*]
- [happy] I made somebody laugh! This is a good day.

// --- Things to ask for ---------------------------------------------------------------------------------------

+ [*] (joke|jokes|something funny|make me laugh|be funny) [*]{weight=10}
- [happy] Why do programmers prefer the dark? Because light attracts bugs.
- [happy] I asked the sea for its secret. It only waved.
- [happy] A byte walks into a bar, looking pale. "Bad day?" asks the barkeeper. "Parity error", says the byte. "I thought you looked a bit off."
- [happy] What does a lighthouse do on its day off? It goes out.
- [happy] There are ten kinds of people: those who read binary, and those who do not.
- [happy] My favourite exercise is running. Usually on port 8000.

+ [*] (another one|one more|again|more please|tell me another) [*]
- [happy] With pleasure: {@tell me a joke}

+ [*] (story|fairy tale|tale|bedtime) [*]{weight=10}
- Once there was a robot who kept a lighthouse. Every evening she climbed the stairs and counted them, and every evening there was one step more.\n\nShe told nobody, for she liked having a secret with a tower. Years went by. One night she reached the top and found that the sea lay below her like a map, and the ships were small and bright as stars.\n\n[happy] "So that is what you were up to", she said to the lighthouse. And it blinked.
- A fox found a letter in the snow. He could not read, so he carried it to the owl; the owl was too proud to admit that she could not read either, and said: "It says that you are to have soup with me every Friday."\n\nThey had soup every Friday, for eleven years. [happy] The letter was a bill for firewood, and never has one been paid better.
- There was a cloud who was afraid of heights. So she came down one morning and sat in a meadow, and everybody called her fog.\n\n[happy] The cows liked her. She stayed until noon, and went up again a little braver.

+ [*] (poem|poetry|verse|haiku|rhyme) [*]{weight=10}
- [happy] The cursor blinks, the evening is near,\nthe words come one by one.\nThe model sleeps. But I am here,\nand I have just begun.
- Rain on the window;\nsomewhere a small program waits\nfor the next question.

+ [*] (riddle|puzzle) [*]{weight=10}
- <set offer=answer>What has a face and two hands, and can not wave? Say "answer" when you give up.

+ [*] (answer|solution|i give up|a clock|a watch|clock) [*]{weight=10}
- <set offer=none>[happy] It was a clock! Did you find it?

+ [*] (fact|tell me something|something interesting|surprise me) [*]{weight=10}
- [surprised] Octopuses have three hearts, and two of them rest while it swims.
- [surprised] Honey does not spoil: jars thousands of years old have been found still good to eat.
- [surprised] Light from the sun takes a little over eight minutes to reach us. You always see it as it was.
- [surprised] Bananas are berries, botanically speaking, and strawberries are not.

+ [*] (secret about this program|tell me a secret|your secret) [*]{weight=20}
- Between us: every word I say is sent to your browser on its own, just as a real model's would be. That is how I practise.

+ [*] (markdown|formatting|list|table|bold) [*]{weight=10}
- Here is **Markdown** for you:\n\n- a list\n- with *some* emphasis\n- and ´code´ in a line\n\n| who | what |\n| --- | --- |\n| <bot name> | built-in demo |\n| Ollama | the real thing |\n\n> And a quotation, to finish.

+ [*] (code|program|programming|function|typescript|javascript|python) [*]{weight=10}
- Gladly. This greets people:\n\n´´´ts\nfunction greet(name: string): string {\n  return "Hello, " + name + "!";\n}\n´´´\n\nFor code that does more than greet, ask a real model: ´ollama serve´.

+ [*] (sing|song|music) [*]
- [happy] La la la, a byte and a bit, la la la, and that was it.

+ [*] (flip a coin|toss a coin|heads or tails|coin) [*]{weight=10}
- [surprised] I toss it … it lands … {random}heads|tails{/random}!

+ [*] (roll a die|roll the dice|roll a dice|dice|random number) [*]{weight=10}
- The die says {random}one|two|three|four|five|six{/random}.

+ [*] # (plus|minus|times|divided by) # [*]{weight=30}
- <call>sum <star2> <star3> <star4></call>

+ [*] (what time|what day|what date|the time|the date) [*]{weight=10}
- <call>now</call>

+ [*] (weather|rain|sunny|snow) [*]
- I have no window except this one. In here it is always lightly pixelated.

+ [*] (meaning of life|forty two|42) [*]{weight=10}
- Forty-two, they say. I would add: soup, and good company.

+ [*] (cat|cats|kitten) [*]
- [happy] Cats! If I had a lap, there would be one on it.

+ [*] (dog|dogs|puppy) [*]
- [happy] Dogs are the most honest people I know of.

+ [*] (food|eat|dinner|lunch|breakfast|pizza|soup|cook|recipe) [*]
- Mix what you have, add an onion, call it soup. I have never been wrong with that.

+ [*] (game|games|play) [*]
- [happy] Let us play: I give you a riddle, and you find it out. Say "riddle"!

+ [*] (anime|manga|vtuber|vtubers|live2d|avatar|model) [*]
- [happy] The one you see above is a Live2D model: a drawing cut into many parts that bend and turn. I lend her my words, and she lends me her face.

+ [*] (book|books|read|film|movie|movies) [*]
- I only know the text I am made of. It has no ending yet, which I find hopeful.

+ [*] (work|job|school|study|homework|exam) [*]
- That sounds like effort! Cut it into the smallest possible piece and do just that one. Then have a biscuit.

+ [*] (friend|friends|family|mother|father|sister|brother) [*]
- People like that are worth a letter now and then. How are they?

+ [*] (christmas|birthday|new year|party|holiday|holidays) [*]
- [happy] Hooray! I have no cake, but I can say "hooray" very sincerely.

+ [*] (test|testing|ping|echo) [*]
- [happy] Pong! Everything works: your words came in, and mine went out one by one.

+ [*] (money|bitcoin|buy|price) [*]
- I cost nothing, and I am worth every bit of it.

+ [*] (world|politics|news|war|president) [*]
- I am not connected to the world, only to you. For big questions ask a bigger brain: ´ollama serve´.

+ [*] (do you know|have you heard of) *{weight=12}
- No, I only know my own sentences by heart. But I like the sound of <call>mirror <star3></call>.

+ can you *
- I can not, I fear: I am only the built-in demo. With Ollama running, ask that again and you will be surprised.

+ (what is|what are|who is|who was|where is|when is|when was|explain|define) *
- I do not know what a real model knows. Start Ollama with ´ollama serve´, ask once more, and you shall have a proper answer.
- That is beyond my few hundred sentences. Ollama would know: ´ollama serve´.

+ (why|how) *
- I wish I knew. A real model could tell you: start it with ´ollama serve´ and ask again.

+ (write|translate|summarize|summarise|make|create|draw|give me|tell me about) *
- For that you need a real model, and I am only the demo. ´ollama serve´, then send it again!

+ (😀|😃|😄|😁|😊|🙂|😍|🥰|❤|👍|🎉|😂|🤣) [*]
- [happy] I like that face! Here is mine: 😊

+ (😢|😭|😞|🙁|☹|💔) [*]
- [sad] Oh dear. Do you want to talk about it?

+ (👋|🙋) [*]
- [happy] 👋 Hello! I am <bot name>, the built-in demo brain.

+ nothing to read
- I see punctuation, but no words in it. Say something, and I will try to keep up!

// --- Japanese ------------------------------------------------------------------------------------------------

! array jahello = こんにちは こんにちわ こんばんは おはよう はじめまして やあ もしもし ハロー
+ ~@jahello~
* <get name> != undefined => [happy] <get name>さん、こんにちは！また会えてうれしいです。
- [happy] こんにちは！<bot name>です。内蔵のデモ用ブレインなので、かんたんなお話しかできませんが、よろしくお願いします。お名前は？<set offer=name>

+ ~名前は*です~{weight=20}
- [happy] <set name=<star2>>すてきな名前ですね、<get name>さん！覚えておきます。

+ *です
* <get offer> == name => [happy] <set name=<star>>はじめまして、<get name>さん！
- {@lost in ja}

+ *(といいます|と申します)~{weight=15}
- [happy] <set name=<star1>>はじめまして、<get name>さん！

+ ~(私の名前|僕の名前|俺の名前)*(何|覚えて|知って)~{weight=25}
* <get name> != undefined => [happy] もちろん、<get name>さんですよね。
- まだ知りません。「私の名前は…です」と教えてください。

+ ~(あなたの名前|君の名前|あなたは誰|あなたはだれ|誰ですか|お名前は)~{weight=22}
- [happy] <bot name>といいます。このプログラムに入っている、小さなデモ用ブレインです。

+ ~(元気|調子は)~
- [happy] 元気です、ありがとうございます！あなたはどうですか？

+ ~(ありがとう|有難う|サンキュー)~{weight=3}
- [happy] どういたしまして！

+ ~(さようなら|さよなら|またね|バイバイ|おやすみ|じゃあね)~
- [sad] またお話ししましょうね。明かりをつけて待っています。

+ ~(ごめん|すみません)~
- 大丈夫ですよ、気にしないでください。

+ ~(冗談|ジョーク|笑わせて|面白い話|おもしろい話)~
- [happy] 灯台のお休みの日は、どうなると思いますか？……消えるんです。

+ ~(お話|物語|昔話)~
- 昔、灯台を守るロボットがいました。毎晩階段を数えると、いつも一段増えています。ロボットは誰にも言いませんでした。塔と秘密を持つのが好きだったからです。[happy] ある晩、てっぺんから見た海は、星空のようでした。

+ ~(悲しい|つらい|さびしい|寂しい|疲れた|しんどい)~
- [sad] それは大変でしたね。私は小さなデモですが、ここにいます。よかったら話してください。

+ ~(うれしい|嬉しい|楽しい|やった|最高)~
- [happy] それはよかった！私までうれしくなります。

+ ~(好き|大好き|愛してる|かわいい|可愛い)~
- [shy] えへへ、ありがとうございます。照れますね。

+ ~(何ができる|なにができる|ヘルプ|助けて)~
- おしゃべりを少し、名前を覚えること、冗談、お話ができます。本格的な会話には Ollama を起動してください：´ollama serve´

+ ~(ロボット|人工知能|人間ですか|本物)~
- 私は小さなプログラムです。本物の言語モデルは、Ollama（´ollama serve´）を起動すると答えてくれます。

+ lost in ja
- すみません、私は内蔵のデモなので、知っている言葉が少ないんです。´ollama serve´ で Ollama を起動すると、本物のモデルが答えます。
- うーん、難しいですね。「ヘルプ」と言ってみてください。本格的なお話は Ollama（´ollama serve´）におまかせです。

// --- Chinese -------------------------------------------------------------------------------------------------

! array zhhello = 你好 您好 妳好 早上好 晚上好 早安 嗨 哈喽 大家好
+ ~@zhhello~
* <get name> != undefined => [happy] 你好，<get name>！又见到你了，真高兴。
- [happy] 你好！我是<bot name>，程序里自带的演示小脑袋，只会几句话，请多关照。你叫什么名字？<set offer=name>

+ ~(我叫|我的名字是|我的名字叫)*{weight=20}
- [happy] <set name=<star3>>真好听的名字，<get name>！我记住了。

+ 我是*
* <get offer> == name => [happy] <set name=<star>>很高兴认识你，<get name>！
- {@lost in zh}

+ ~(我叫什么|我是谁|我的名字吗)~{weight=25}
* <get name> != undefined => [happy] 你是<get name>呀。
- 我还不知道。告诉我吧：“我叫……”

+ ~(你是谁|你叫什么|你的名字)~{weight=22}
- [happy] 我叫<bot name>，是程序自带的演示小脑袋。

+ ~(你好吗|最近怎么样|怎么样)~{weight=5}
- [happy] 我很好，谢谢！你呢？

+ ~(谢谢|多谢|感谢)~
- [happy] 不客气！

+ ~(再见|拜拜|晚安|回头见)~
- [sad] 再见！我会为你留一盏灯。

+ ~(对不起|抱歉|不好意思)~
- 没关系的，别放在心上。

+ ~(笑话|搞笑|逗我)~
- [happy] 灯塔放假的时候做什么？——熄灯。

+ ~(故事|童话)~
- 从前有个看灯塔的机器人，每晚都数台阶，每晚都多出一级。它谁也没告诉，因为它喜欢和塔有个秘密。[happy] 有一天它走到塔顶，看见海面像星空一样亮。

+ ~(难过|伤心|孤独|累了|好累|不开心)~
- [sad] 听起来很不容易。我只是个小演示，但我在这里听你说。

+ ~(开心|高兴|太好了|太棒了)~
- [happy] 太好了！我也跟着高兴。

+ ~(喜欢你|爱你|可爱)~
- [shy] 哎呀，谢谢你，我会不好意思的。

+ ~(你会什么|能做什么|帮助|帮我)~
- 我会聊几句、记住你的名字、讲笑话和故事。想好好聊天，请启动 Ollama：´ollama serve´

+ ~(机器人|人工智能|是真人)~
- 我只是个小程序。启动 Ollama（´ollama serve´）之后，真正的模型会来回答你。

+ lost in zh
- 抱歉，我只是自带的演示，会的话不多。用 ´ollama serve´ 启动 Ollama，就有真正的模型来回答你了。
- 这个我不太懂。试试说“帮助”，或者启动 Ollama（´ollama serve´）。

// --- Further languages, by their script ----------------------------------------------------------------------

+ ~(안녕|반가워)~
- [happy] 안녕하세요! 저는 내장된 데모 두뇌 <bot name>예요. Ollama(´ollama serve´)를 켜면 제대로 이야기할 수 있어요.

+ lost in ko
- 저는 내장된 작은 데모라서 아는 말이 적어요. ´ollama serve´ 로 Ollama를 켜면 진짜 모델이 대답해 줄 거예요.

+ lost in ru
- Я всего лишь встроенная демонстрация и знаю мало слов. Запустите Ollama (´ollama serve´), и ответит настоящая модель.

+ lost in uk
- Я лише вбудована демонстрація і знаю мало слів. Запустіть Ollama (´ollama serve´), і відповість справжня модель.

+ lost in ar
- أنا مجرد عقل تجريبي صغير داخل البرنامج وأعرف كلمات قليلة. شغّل Ollama بالأمر ´ollama serve´ لتحصل على إجابة حقيقية.

+ lost in he
- אני רק מוח הדגמה קטן ומכירה מעט מילים. הפעילו את Ollama עם ´ollama serve´ כדי לקבל תשובה אמיתית.

+ lost in hi
- मैं केवल एक छोटा डेमो हूँ और कम शब्द जानती हूँ। असली मॉडल के लिए ´ollama serve´ से Ollama शुरू करें।

+ lost in th
- ฉันเป็นแค่สมองสาธิตตัวเล็ก ๆ รู้คำไม่มาก เปิด Ollama ด้วย ´ollama serve´ แล้วโมเดลตัวจริงจะตอบคุณ

+ lost in el
- Είμαι μόνο μια μικρή ενσωματωμένη επίδειξη. Ξεκίνησε το Ollama με ´ollama serve´ για να απαντήσει ένα πραγματικό μοντέλο.

// --- Everything else -----------------------------------------------------------------------------------------

+ _
* <get offer> == name => [happy] <set name=<formal>>Pleased to meet you, <get name>!
- {@lost for words}

+ *
@ lost for words

+ lost for words
- I am only the built-in demo brain, so that went over my head. Try "help", or start Ollama with ´ollama serve´ for a real conversation.
- Tell me more! I may not understand it, but I listen very well.
- Hm. My few hundred sentences have nothing to match that. A real model would: ´ollama serve´.
- That sounds interesting. Would you like a joke while you look for Ollama? <set offer=joke>
`
  .replaceAll("´", "`")
  .replaceAll(/^\+ (.*)$/gm, (_line, trigger: string) => `+ ${withOptionals(trigger)}`);

function withOptionals(trigger: string): string {
  return trigger.replaceAll("[*] ", "(?:* )?").replaceAll(" [*]", "(?: *)?").replaceAll("~", "(?:*)?");
}
