// What the live stream leaves to the browser.
