// `ccm demo`.
export async function demo(): Promise<void> {}
