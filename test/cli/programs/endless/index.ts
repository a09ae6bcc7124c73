/** Not even the signals of a shell reach it: nothing in it ever waits. */
for (;;);
