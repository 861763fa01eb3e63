/** HTTP APIs of services: who may use them, how requests are worked on, and how faults are told. */
@NullMarked
package io.broadside.runtime.api;

import org.jspecify.annotations.NullMarked;
