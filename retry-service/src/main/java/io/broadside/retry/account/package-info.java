/**
 * The account over the log: everything that was accepted has ended in one way or waits, and nothing is missing. Kept up to date by
 * retry-service, and drawn up from the topics alone by whoever asks.
 */
@NullMarked
package io.broadside.retry.account;

import org.jspecify.annotations.NullMarked;
