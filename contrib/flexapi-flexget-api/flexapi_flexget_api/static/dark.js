// FlexGet's UI begins in its light scheme each time it is loaded, and has a button for the dark one: press it where the system is dark.
"use strict";

if (matchMedia("(prefers-color-scheme: dark)").matches) {
  const press = () => {
    const button = document.querySelector("button[aria-label='toggle mode'][title='Dark Mode']");
    button?.click();
    return button !== null;
  };
  // The page of the login has no such button; it comes with the first page behind it.
  const observer = new MutationObserver(() => {
    if (press()) observer.disconnect();
  });
  observer.observe(document.body, { childList: true, subtree: true });
}
