/** How all commands show their help: texts are broken beside long names, too. Width in columns. */
export const HELP = { showGlobalOptions: true, minWidthToWrap: 24 } as const;
