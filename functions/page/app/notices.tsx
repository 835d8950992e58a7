/** What the page holds of others, as its build found out. */
export function Notices() {
  const href = document.querySelector<HTMLLinkElement>('link[rel="license"]')?.href;
  return href === undefined ? null : (
    <a class="notices" href={href}>
      Third-party notices
    </a>
  );
}
