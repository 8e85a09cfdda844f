/** A redirect that is not followed: the message names the place without what a sign-in page hangs on to it. */
export class HttpRedirect extends Error {
  constructor(target: URL) {
    super(`the server redirects to ${target.origin}${target.pathname}`);
  }
}
