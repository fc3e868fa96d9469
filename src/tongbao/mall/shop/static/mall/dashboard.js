// The dashboard's texts are written as they are, without Oscar's rich editor; and a function that
// the page of an order calls, though Oscar has it no more.
"use strict";

oscar.dashboard.initWYSIWYG = () => {};
oscar.dashboard.orders.initTable ??= () => {};
