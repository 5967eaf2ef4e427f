import type { Endpoint, Tensor } from '../../../app/contract/serving.contract.ts';
import { sampleTensors } from './try-it.ts';

interface CallSample {
  readonly id: 'curl' | 'python' | 'javascript';
  readonly title: string;
  readonly code: string;
}

/**
 * Code that calls an endpoint and runs as it stands. The token never appears: every sample reads it from
 * `LATHE_TOKEN`, which `lathe token` fills.
 */
export function callSamples(
  endpoint: Pick<Endpoint, 'url' | 'signature'>,
  tensors?: readonly Tensor[],
): CallSample[] {
  const url = endpoint.url ?? '';
  const inputs = tensors ?? sampleTensors(endpoint.signature);
  const body = inputs.map((tensor) => tensorJson(tensor));
  return [
    { id: 'curl', title: 'curl', code: curl(url, body) },
    { id: 'python', title: 'Python', code: python(url, body) },
    { id: 'javascript', title: 'JavaScript', code: javascript(url, body) },
  ];
}

/** One tensor: what it is on the first line, then its values, sixteen a line. */
function tensorJson({ name, datatype, shape, data }: Tensor): string {
  const head = JSON.stringify({ name, datatype, shape }).slice(0, -1);
  const lines = Array.from({ length: Math.ceil(data.length / 16) }, (_, line) =>
    data
      .slice(line * 16, line * 16 + 16)
      .map((value) => JSON.stringify(value))
      .join(','),
  );
  return `${head},\n "data":[${lines.join(',\n ')}]}`;
}

function indented(text: string, by: string): string {
  return text.replaceAll('\n', `\n${by}`);
}

function curl(url: string, body: readonly string[]): string {
  const json = `{"inputs":[${body.map((tensor) => indented(tensor, '     ')).join(',\n     ')}]}`;
  return [
    `curl ${url} \\`,
    '  -H "Authorization: Bearer $LATHE_TOKEN" \\',
    '  -H "Content-Type: application/json" \\',
    `  -d '${json.replaceAll("'", "'\\''")}'`,
  ].join('\n');
}

/** JSON's true and false are not Python's. */
function pythonLiteral(json: string): string {
  return json.replaceAll(/"(?:[^"\\]|\\.)*"|\btrue\b|\bfalse\b/g, (part) =>
    part === 'true' ? 'True' : part === 'false' ? 'False' : part,
  );
}

function python(url: string, body: readonly string[]): string {
  return [
    'import json, os, urllib.request',
    '',
    `inputs = [${body.map((tensor) => indented(pythonLiteral(tensor), '          ')).join(',\n          ')}]`,
    'request = urllib.request.Request(',
    `    "${url}",`,
    '    data=json.dumps({"inputs": inputs}).encode(),',
    '    headers={"Authorization": "Bearer " + os.environ["LATHE_TOKEN"],',
    '             "Content-Type": "application/json"})',
    'with urllib.request.urlopen(request) as answer:',
    '    print(json.load(answer)["outputs"])',
  ].join('\n');
}

function javascript(url: string, body: readonly string[]): string {
  return [
    `const inputs = [${body.map((tensor) => indented(tensor, '                ')).join(',\n                ')}];`,
    `const answer = await fetch('${url}', {`,
    "  method: 'POST',",
    '  headers: {',
    "    Authorization: 'Bearer ' + process.env.LATHE_TOKEN,",
    "    'Content-Type': 'application/json',",
    '  },',
    '  body: JSON.stringify({ inputs }),',
    '});',
    'console.log((await answer.json()).outputs);',
  ].join('\n');
}
