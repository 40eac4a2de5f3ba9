import { invalid, missing, plain, rendered, usePromptStand } from './prompt-stand.fixture';

const stand = usePromptStand();
const { create } = stand;

describe('CreatePromptVersion', () => {
  it('adds the next version and moves labels to it', async () => {
    const name = await create('version 1', ['production']);
    await stand.acme.createPromptVersion({
      prompt: name,
      ...plain('version 2'),
      labels: ['production', 'beta'],
    });
    expect((await stand.acme.getPrompt({ name })).prompt).toMatchObject({
      latestVersion: 2,
      labels: { production: 2, beta: 2 },
    });
  });

  it('leaves labels that it does not name where they are', async () => {
    const name = await create('version 1', ['production']);
    await stand.acme.createPromptVersion({ prompt: name, ...plain('version 2') });
    expect(await rendered(stand.acme, { prompt: name, label: 'production' })).toBe('version 1');
  });

  it('returns the latest when the content is the same', async () => {
    const name = await create('version 1');
    const { version } = await stand.acme.createPromptVersion({ prompt: name, ...plain('version 1') });
    expect([version?.version, (await stand.acme.getPrompt({ name })).prompt?.latestVersion]).toEqual([1, 1]);
  });

  it('adds content again that is older than the latest', async () => {
    const name = await create('one');
    await stand.acme.createPromptVersion({ prompt: name, ...plain('two') });
    const { version } = await stand.acme.createPromptVersion({ prompt: name, ...plain('one') });
    expect(version?.version).toBe(3);
  });

  it('gives versions that are added side by side numbers of their own, without holes', async () => {
    const name = await create('0');
    const texts = Array.from({ length: 12 }, (_, index) => `text ${index}`);
    const added = await Promise.all(
      texts.map((text) =>
        stand.acme.createPromptVersion({ prompt: name, ...plain(text), labels: [text.replace(' ', '-')] }),
      ),
    );
    const numbers = added.map(({ version }) => version!.version);
    expect([...numbers].sort((a, b) => a - b)).toEqual(texts.map((_, index) => index + 2));
  });

  it('finds no prompt that is not there', async () => {
    await expect(stand.acme.createPromptVersion({ prompt: 'nowhere', ...plain('x') })).rejects.toMatchObject(
      missing('PROMPT_NOT_FOUND'),
    );
  });

  it('refuses a template that does not parse', async () => {
    const name = await create();
    await expect(
      stand.acme.createPromptVersion({ prompt: name, ...plain('{% if %}') }),
    ).rejects.toMatchObject(invalid('messages[0].template'));
  });
});

describe('GetPromptVersion', () => {
  it.each([
    ['the number', { version: 1 }, 'version 1'],
    ['the number, whatever the label', { version: 1, label: 'beta' }, 'version 1'],
    ['the label', { label: 'beta' }, 'version 2'],
    ['nothing, as the latest', {}, 'version 3'],
  ])('reads a version by %s', async (_how, selector, text) => {
    const name = await create('version 1');
    await stand.acme.createPromptVersion({ prompt: name, ...plain('version 2'), labels: ['beta'] });
    await stand.acme.createPromptVersion({ prompt: name, ...plain('version 3') });
    const { version } = await stand.acme.getPromptVersion({ prompt: name, ...selector });
    expect(version?.messages[0]?.template).toBe(text);
  });

  it.each([
    ['version', { version: 2 }, 'PROMPT_VERSION_NOT_FOUND'],
    ['label', { label: 'production' }, 'PROMPT_LABEL_NOT_FOUND'],
    ['label that none can have', { label: 'nul \0' }, 'PROMPT_LABEL_NOT_FOUND'],
  ])('finds no %s that is not there', async (_what, selector, reason) => {
    const name = await create();
    await expect(stand.acme.getPromptVersion({ prompt: name, ...selector })).rejects.toMatchObject(
      missing(reason),
    );
  });

  it('keeps a version from ever changing, in the database too', async () => {
    const name = await create();
    const change = `update prompt_versions set digest = 'other' where tenant_id = 'acme' and prompt = $1`;
    await expect(stand.service.database.query('acme', change, [name])).rejects.toThrow(/never changes/);
  });
});

describe('ListPromptVersions', () => {
  it('lists versions newest first, page after page', async () => {
    const name = await create('1');
    for (const text of ['2', '3']) await stand.acme.createPromptVersion({ prompt: name, ...plain(text) });
    const first = await stand.acme.listPromptVersions({ prompt: name, pageSize: 2 });
    const second = await stand.acme.listPromptVersions({
      prompt: name,
      pageSize: 2,
      pageToken: first.nextPageToken,
    });
    expect([first, second].map(({ versions }) => versions.map(({ version }) => version))).toEqual([
      [3, 2],
      [1],
    ]);
  });

  it('refuses the page token of another list', async () => {
    const [one, other] = [await create('1'), await create('1')];
    await stand.acme.createPromptVersion({ prompt: one, ...plain('2') });
    const { nextPageToken } = await stand.acme.listPromptVersions({ prompt: one, pageSize: 1 });
    const call = stand.acme.listPromptVersions({ prompt: other, pageToken: nextPageToken });
    await expect(call).rejects.toMatchObject(invalid('page_token'));
  });

  it('refuses a page token that was tampered with', async () => {
    const name = await create('1');
    await stand.acme.createPromptVersion({ prompt: name, ...plain('2') });
    const { nextPageToken } = await stand.acme.listPromptVersions({ prompt: name, pageSize: 1 });
    const [seal] = JSON.parse(Buffer.from(nextPageToken, 'base64url').toString()) as unknown[];
    const pageToken = Buffer.from(JSON.stringify([seal, "1'; drop table prompts"])).toString('base64url');
    await expect(stand.acme.listPromptVersions({ prompt: name, pageToken })).rejects.toMatchObject(
      invalid('page_token'),
    );
  });

  it('finds no versions of a prompt that is not there', async () => {
    await expect(stand.acme.listPromptVersions({ prompt: 'nowhere' })).rejects.toMatchObject(
      missing('PROMPT_NOT_FOUND'),
    );
  });
});

describe('SetPromptLabel', () => {
  it('is seen by the next render', async () => {
    const name = await create('version 1', ['production']);
    await stand.acme.createPromptVersion({ prompt: name, ...plain('version 2') });
    const seen: string[] = [];
    for (const version of [2, 1, 2]) {
      await stand.acme.setPromptLabel({ prompt: name, label: 'production', version });
      seen.push(await rendered(stand.acme, { prompt: name, label: 'production' }));
    }
    expect(seen).toEqual(['version 2', 'version 1', 'version 2']);
  });

  it('answers with all labels', async () => {
    const name = await create('version 1', ['production']);
    const { prompt: labelled } = await stand.acme.setPromptLabel({ prompt: name, label: 'beta', version: 1 });
    expect(labelled?.labels).toEqual({ production: 1, beta: 1 });
  });

  it('changes the time of the prompt when the label moves, and only then', async () => {
    const name = await create('version 1', ['production']);
    await stand.acme.createPromptVersion({ prompt: name, ...plain('version 2') });
    const times: (number | undefined)[] = [];
    for (const version of [1, 2, 2]) {
      const { prompt: labelled } = await stand.acme.setPromptLabel({
        prompt: name,
        label: 'production',
        version,
      });
      times.push(labelled?.updateTime?.getTime());
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect([times[1]! > times[0]!, times[2] === times[1]]).toEqual([true, true]);
  });

  it.each([
    ['prompt', 'nowhere', 'PROMPT_NOT_FOUND'],
    ['version', undefined, 'PROMPT_VERSION_NOT_FOUND'],
  ])('finds no %s that is not there', async (_what, prompt, reason) => {
    const name = prompt ?? (await create());
    await expect(
      stand.acme.setPromptLabel({ prompt: name, label: 'beta', version: 2 }),
    ).rejects.toMatchObject(missing(reason));
  });

  it('refuses bad input, naming the fields', async () => {
    const name = await create();
    await expect(
      stand.acme.setPromptLabel({ prompt: name, label: 'Not!', version: 0 }),
    ).rejects.toMatchObject(invalid('label', 'version'));
  });
});
