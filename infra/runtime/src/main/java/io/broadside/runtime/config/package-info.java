/** What a service can be told: settings from the environment, a properties file and secret files, read once at the start. */
@NullMarked
package io.broadside.runtime.config;

import org.jspecify.annotations.NullMarked;
