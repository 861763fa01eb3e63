/** Starting and ending a service. */
@NullMarked
package io.broadside.runtime.service;

import org.jspecify.annotations.NullMarked;
