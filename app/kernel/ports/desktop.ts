/** What only a desktop host can do; the headless host has none of it. */
export interface Desktop {
  chooseFiles(options: { readonly title: string; readonly folders: boolean }): Promise<readonly string[]>;
}
