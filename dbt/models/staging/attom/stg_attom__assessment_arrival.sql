-- Every assessment detail of the properties of the landing batch, as ATTOM sent it: what the landing gate reads.
{{ attom_arrival(source('attom_assessment', 'attom_assessment')) }}
