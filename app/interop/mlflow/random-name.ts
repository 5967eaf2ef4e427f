import { randomInt } from 'node:crypto';

const adjectives = (
  'amber brisk calm candid clever cosmic crisp dapper deft eager early even fair fleet fond gentle glad grand handy ' +
  'hardy honest humble ivory jolly keen kind lively lucid mellow merry mighty neat nimble noble patient placid proud quick ' +
  'quiet rapid ready rustic sage serene sharp silent sleek smooth sober solid spry steady still stout sturdy subtle sunny ' +
  'swift tidy upbeat vivid warm wise witty zesty'
).split(' ');
const nouns = (
  'anvil awl badger bark beam bee birch bolt brook cedar chisel clamp clay cog crane dove drill elm ember falcon fern file ' +
  'finch flint forge fox gear grove hare hawk heron hinge iris jay kiln knoll lark lathe lever lynx maple mill moss newt oak ' +
  'otter owl pike pine plane quartz raven reed robin rook saw shale spindle spruce stag stone swan teal thrush tool vise wren yew'
).split(' ');

const one = (words: readonly string[]): string => words[randomInt(words.length)]!;

/** A name for what a client gave none: two words and a number. */
export function randomName(): string {
  return `${one(adjectives)}-${one(nouns)}-${randomInt(1000)}`;
}
