-- Every expanded profile of the properties of the landing batch, as ATTOM sent it: what the landing gate reads.
{{ attom_arrival(source('attom', 'attom_expanded_profile')) }}
