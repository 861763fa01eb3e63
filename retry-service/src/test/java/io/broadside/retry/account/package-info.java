@NullMarked
package io.broadside.retry.account;

import org.jspecify.annotations.NullMarked;
