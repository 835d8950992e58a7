/** A link to the notices of the packages in the page, which its build collects. */
export function Notices() {
  const href = document.querySelector<HTMLLinkElement>('link[rel="license"]')?.href;
  return href === undefined ? null : (
    <a class="notices" href={href}>
      Third-party notices
    </a>
  );
}
