import { expect, it } from 'vitest';
import { withoutCredentials } from './remote-address.ts';

it.each([
  ['https://example.org/team/code.git', 'https://example.org/team/code.git'],
  ['https://ada:s3cret@example.org/code.git', 'https://example.org/code.git'],
  ['https://token-s3cret@example.org/code.git', 'https://example.org/code.git'],
  ['https://example.org:8443/code.git?private_token=s3cret#s3cret', 'https://example.org:8443/code.git'],
  ['https://ada:s3/cret@example.org/code.git', 'https://example.org/code.git'],
  ['https://ada:s3#cr@et@example.org/code.git', 'https://example.org/code.git'],
  ['ssh://git:s3cret@example.org:22/code.git', 'ssh://git@example.org:22/code.git'],
  ['git@example.org:team/code.git', 'git@example.org:team/code.git'],
  ['git:s3cret@example.org:team/code.git', 'git@example.org:team/code.git'],
  ['helper::https://ada:s3cret@example.org/code', 'helper::https://example.org/code'],
  ['file:///srv/git/a@b.git', 'file:///srv/git/a@b.git'],
  ['/srv/git/code.git', '/srv/git/code.git'],
])('%s is shown as %s', (address, shown) => {
  expect(withoutCredentials(address)).toBe(shown);
});
