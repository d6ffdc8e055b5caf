-- Every detail with owner of the properties of the landing batch, as ATTOM sent it: what the landing gate reads.
{{ attom_arrival(source('attom_detail_owner', 'attom_detail_owner')) }}
