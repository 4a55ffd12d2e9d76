"""A stand-in for AWS: moto, corrected where it differs from what AWS does. Knows nothing of Django.

gateway.py is the way in. Every request becomes a Call, is checked against faults and permissions, and is answered
here where moto's answer is not AWS's, by moto otherwise.
"""
