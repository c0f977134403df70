import { sum } from '@shop/core'
import { sum as plus } from '@shop/core/sum'
import { half } from '@/lib/half'
import { sum as other } from 'elsewhere'
sum(plus(1, 2), half(other(1, 2)))
