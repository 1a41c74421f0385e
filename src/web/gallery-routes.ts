// The gallery of the page's parts. Only executables that are built for it have it: .github/CONTRIBUTING.md.
import { GALLERY } from "../../views/gallery.tsx";
import type { Page, Routes } from "../kernel/page.ts";

export const routes: Routes = { pages: [{ path: "/_gallery", area: "home", show: gallery }] };

function gallery(): Page {
  return { title: "Gallery", name: "gallery", sections: GALLERY.map(({ id, html }) => ({ kind: "still", id, html })) };
}
