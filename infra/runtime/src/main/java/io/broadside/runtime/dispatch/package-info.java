/**
 * The dispatcher: turns records into calls to the outside world that must not happen twice. Start reading at
 * {@link io.broadside.runtime.dispatch.Dispatcher}.
 */
@NullMarked
package io.broadside.runtime.dispatch;

import org.jspecify.annotations.NullMarked;
