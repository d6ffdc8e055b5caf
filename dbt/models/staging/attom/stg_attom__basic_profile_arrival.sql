-- Every basic profile of the properties of the landing batch, as ATTOM sent it: what the landing gate reads.
{{ attom_arrival(source('attom_basic_profile', 'attom_basic_profile')) }}
