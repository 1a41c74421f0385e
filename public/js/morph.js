// What a swap leaves alone: what a person has opened and typed. And rows that move keep their element.
{
  const isOpened = (element, name) => name === "open" && (element.localName === "details" || element.localName === "dialog");
  const place = { rowBefore: (anchor) => anchor, rowAfter: (anchor) => anchor.nextSibling };

  htmx.registerExtension("ccm", {
    htmx_before_morph_attr: (element, { attrName }) => !isOpened(element, attrName),
    htmx_before_morph_node: (element) => !(element.localName === "form" && element.dataset.typed !== undefined),
    handle_swap(style, row, _markup, { anchor }) {
      const before = place[style]?.(document.getElementById(anchor));
      if (before === undefined) return false;
      // moveBefore keeps focus, scroll and what plays, where the browser has it.
      if (row.parentNode.moveBefore) row.parentNode.moveBefore(row, before);
      else row.parentNode.insertBefore(row, before);
      return [];
    },
  });
}
