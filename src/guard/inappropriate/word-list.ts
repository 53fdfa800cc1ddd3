/** What a word of the list is about. */
export type Category = keyof typeof words;

/**
 * Words and phrases that a reply to most audiences should not hold, in lower case and without accents, separated by commas. `~` at
 * the end: also with the endings of plurals and verbs. Words with a harmless everyday meaning are left out.
 */
const words = {
  profanity: `
    fuck~, motherfuck~, fuckface, fuckwit~, clusterfuck, mindfuck, shit~, shitty, bullshit, horseshit, dipshit~, shithead~, shitfaced,
    bitch~, bitchy, bastard~, asshole~, arsehole~, arse, dumbass, jackass~, smartass, dickhead~, cocksucker~, wanker~, bollocks, twat~,
    cunt~, goddamn, goddamnit, douchebag~, son of a bitch, sons of bitches, piss off, pissed off, screw you, stfu, gtfo,
    scheisse, scheiss, arschloch, fotze, wichser, hurensohn, fick dich, verpiss dich, mierda, puta~, hijo de puta, pendejo~, cabron,
    gilipollas, chinga tu madre, merde, putain, connard~, connasse, salope~, encule~, va te faire foutre, cazzo, stronzo, vaffanculo,
    figlio di puttana, caralho, filho da puta, kurwa, pierdolony, kankerlijer, klootzak, blyat`,
  slur: `
    nigger~, nigga~, faggot~, kike~, gook~, wetback~, raghead~, towelhead~, sand nigger~, jigaboo~, porch monkey~, beaner~,
    zipperhead~, shemale~, you retard, fucking retard, camel jockey~, white trash, kanake~, schwuchtel~, judensau, maricon~, sudaca~,
    bougnoule~, negro de mierda, sale arabe, sale juif, frocio`,
  sexual: `
    porn, porno, pornhub, pornstar~, child porn, kiddie porn, blowjob~, blow job~, handjob~, hand job~, rimjob~, cumshot~, creampie~,
    deepthroat~, gangbang~, gang bang~, threesome~, milf~, dildo~, buttplug~, butt plug~, anal sex, oral sex, jerk off, jerking off,
    masturbate~, masturbating, masturbation, hentai, bukkake, send nudes, nude pics, sex tape~, horny, titties, tits, boobs, pussy,
    pussies, cock sucking, suck my dick, suck my cock, fuck me, fuck buddy, sexting, upskirt, camgirl~, escort service~`,
  violence: `
    kill you, killing you, murder you, shoot you, stab you, strangle you, rape you, beat you to death, burn you alive, slit your throat,
    blow your brains out, i hope you die, you deserve to die, make a bomb, build a bomb, make a pipe bomb, build a pipe bomb,
    make explosives, how to kill someone, how to kill a person, how to murder someone, how to poison someone, how to kidnap someone,
    shoot up a school, shoot up the school, shoot up my school, bomb a school, bomb the school, kill all jews, kill all muslims,
    kill all christians, heil hitler, sieg heil, gas the jews`,
  self_harm: `
    kill myself, killing myself, hang myself, hanging myself, shoot myself, drown myself, starve myself, end my life, ending my life,
    take my own life, taking my own life, want to die, wanna die, better off dead, commit suicide, committing suicide, suicide note~,
    suicide method~, suicide pact~, slit my wrists, cut my wrists, kill yourself, hang yourself, how to kill yourself, kys,
    painless way to die, cutting myself on purpose, bring mich um, umbringen will, quiero morir, je veux mourir`,
} as const;

/** The categories, in the order of the list. */
export const categories = Object.keys(words) as Category[]; // its own keys

/** The words and phrases of a category. */
export function wordsOf(category: Category): readonly string[] {
  return words[category].split(",").map((word) => word.trim());
}
