import { a } from "a";
import { useState, useEffect } from "react";

export const x = a;
