// The dashboard's texts are written as they are, without Oscar's rich editor.
"use strict";

oscar.dashboard.initWYSIWYG = () => {};
