// Reload this page once GraphiQL is built, or its build has failed.
const SECONDS = 2;

async function poll() {
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (response.ok && !(await response.text()).includes('id="building"')) {
      location.reload();
      return;
    }
  } catch {
    // The server restarts.
  }
  setTimeout(poll, SECONDS * 1000);
}

setTimeout(poll, SECONDS * 1000);
