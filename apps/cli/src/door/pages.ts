import { type PageJson } from './door-answers';
import { type DoorCall, type DoorClient } from './door-client';
import { type DoorMethod } from './door-methods';

const largestPage = 200;

/**
 * Reads the items of a list, page after page, as they are asked for.
 *
 * @param itemsOf the items of a page; undefined when the page has none
 */
export async function* listItems<Page extends PageJson, Item>(
  client: DoorClient,
  list: { method: DoorMethod; request?: object; itemsOf(page: Page): Item[] | undefined; most?: number },
  call?: DoorCall,
): AsyncGenerator<Item, void, undefined> {
  let pageToken = '';
  let left = list.most ?? Infinity;
  while (left > 0) {
    const request = {
      ...list.request,
      pageSize: Math.min(left, largestPage),
      ...(pageToken && { pageToken }),
    };
    const page: Page = await client.call(list.method, request, call);
    for (const item of (list.itemsOf(page) ?? []).slice(0, left)) {
      yield item;
      left -= 1;
    }
    pageToken = page.nextPageToken ?? '';
    if (pageToken === '') return;
  }
}
