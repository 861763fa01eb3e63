/** What people see in a browser, and the HTTP around signing in. */
@NullMarked
package io.broadside.token.page;

import org.jspecify.annotations.NullMarked;
