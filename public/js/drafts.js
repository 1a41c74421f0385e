// Text that was typed and not sent: kept for this tab until it is sent, and never taken for something the stream may replace.
{
  /** After the last key, in ms. */
  const KEEP_MS = 300;
  const FORMS = "form[method=post]";
  const isText = (field) => field.matches("textarea, select, input:not([type=hidden], [type=password], [type=file])") && field.name;
  const isChanged = (field) => {
    if (field.localName === "select") return [...field.options].some((option) => option.selected !== option.defaultSelected);
    return /^(?:checkbox|radio)$/.test(field.type) ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
  };
  /** Forms of one address are told apart by their place. */
  const keyOf = (form) => {
    const action = form.getAttribute("action");
    const place = [...document.querySelectorAll(FORMS)].filter((one) => one.getAttribute("action") === action).indexOf(form);
    return `ccm-draft ${location.pathname} ${action} ${place}`;
  };
  const given = (field) => {
    if (/^(?:checkbox|radio)$/.test(field.type)) return field.checked;
    return field.localName === "select" ? [...field.selectedOptions].map((option) => option.value) : field.value;
  };
  const setValue = (field, value) => {
    if (/^(?:checkbox|radio)$/.test(field.type)) field.checked = value === true;
    else if (field.localName === "select") for (const option of field.options) option.selected = value.includes(option.value);
    else field.value = value;
  };
  /** Radios of one name are several fields. */
  const slot = (field) => (field.type === "radio" ? `${field.name} ${field.value}` : field.name);

  const keep = (form) => {
    const changed = [...form.elements].filter((field) => isText(field) && isChanged(field));
    try {
      if (changed.length === 0) sessionStorage.removeItem(keyOf(form));
      else sessionStorage.setItem(keyOf(form), JSON.stringify(changed.map((field) => [slot(field), given(field)])));
    } catch {
      // The browser keeps nothing, or no more: the text is in the field.
    }
  };
  const bring = (form) => {
    try {
      const draft = new Map(JSON.parse(sessionStorage.getItem(keyOf(form)) ?? "[]"));
      for (const field of form.elements) if (isText(field) && draft.has(slot(field))) setValue(field, draft.get(slot(field)));
      if (draft.size === 0) return;
      form.dataset.typed = "";
      const around = form.closest("details") ?? form.querySelector("details:has(textarea, input:not([type=hidden]))");
      if (around) around.open = true;
    } catch {
      // Not ours to read.
    }
  };

  const waiting = new Map();
  const keepAll = () => {
    for (const [form, timer] of waiting) {
      clearTimeout(timer);
      keep(form);
    }
    waiting.clear();
  };
  document.addEventListener("input", ({ target }) => {
    const form = target.form;
    if (!form?.matches(FORMS) || !isText(target)) return;
    if ([...form.elements].some((field) => isText(field) && isChanged(field))) form.dataset.typed = "";
    else delete form.dataset.typed;
    clearTimeout(waiting.get(form));
    waiting.set(
      form,
      setTimeout(() => {
        waiting.delete(form);
        keep(form);
      }, KEEP_MS),
    );
  });
  document.addEventListener("ccm-sent", ({ target }) => {
    clearTimeout(waiting.get(target));
    waiting.delete(target);
    delete target.dataset.typed;
    try {
      sessionStorage.removeItem(keyOf(target));
    } catch {
      // Nothing was kept.
    }
  });
  // Before the answer: a form that is refused comes back as another one, and its text is not sent yet.
  document.addEventListener("submit", keepAll, { capture: true });
  addEventListener("pagehide", keepAll);
  for (const form of document.querySelectorAll(FORMS)) bring(form);
}
