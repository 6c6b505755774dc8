/** TEMP */
export function needsDataLibraries(code: string): boolean {
  return /\b(?:import|from)\s+(?:numpy|pandas|matplotlib)\b/.test(code);
}
