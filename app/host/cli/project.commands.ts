import type { Command } from 'commander';
import type { Project } from '../../contract/projects.contract.ts';
import type { Cli } from './cli.ts';
import { type Define, group } from './define.ts';
import { timeWords } from './terminal/words.ts';

export function addProjectCommands(program: Command, define: Define): void {
  const project = group(program, 'project', 'Projects keep data, runs and models apart');

  define(project.command('list').description('all projects'), async (cli) => {
    const projects = await (await cli.client()).projects.list();
    cli.print(projects, () => table(cli, projects));
  });
  define(project.command('create <name>').description('create a project'), async (cli, [name]) => {
    const made = await (await cli.client()).projects.create({ name: name! });
    cli.print(
      made,
      () => `Project ${made.name} created. Make it the current one: lathe project use "${made.name}"`,
    );
  });
  define(
    project.command('use <project>').description('make a project the current one'),
    async (cli, [project]) => {
      const used = await (await cli.client()).projects.use({ project: project! });
      cli.print(used, () => `Commands that name no project now mean ${used.name}.`);
    },
  );
  define(project.command('show [project]').description('one project'), async (cli, [named]) => {
    const client = await cli.client();
    const wanted =
      named ?? cli.inProject.project ?? (await client.projects.list()).find(({ current }) => current)?.id;
    const shown = await client.projects.get({ project: wanted ?? '' });
    cli.print(shown, () => table(cli, [shown]));
  });
}

function table(cli: Cli, projects: readonly Project[]): string {
  return cli.table(
    [
      'PROJECT',
      { title: 'DATA', align: 'right' },
      { title: 'RUNS', align: 'right' },
      { title: 'MODELS', align: 'right' },
      'CREATED',
      { title: 'ID', whole: true },
    ],
    projects.map((each) => [
      each.current ? `${each.name} (current)` : each.name,
      String(each.datasets),
      String(each.runs),
      String(each.models),
      timeWords(each.createdAt),
      each.id,
    ]),
    'No projects.',
  );
}
