# One image for every process; docker-compose.yml says which command each runs.
FROM python:3.13-slim AS build
WORKDIR /srv/iamdash
COPY requirements/runtime.txt requirements/
RUN python -m venv --without-pip /opt/iamdash \
    && pip --python /opt/iamdash/bin/python install --no-cache-dir --require-hashes -r requirements/runtime.txt
COPY . .
# The settings want these named; collecting static files connects to neither.
RUN DATABASE_URL=postgresql://nobody@127.0.0.1:1/nothing REDIS_URL=redis://127.0.0.1:1/0 SECRET_KEY=of-the-build-only \
    /opt/iamdash/bin/python manage.py collectstatic --no-input

FROM python:3.13-slim
RUN pip uninstall --yes pip && useradd --system --uid 10001 --no-create-home iamdash
COPY --from=build /opt/iamdash /opt/iamdash
COPY --from=build /srv/iamdash /srv/iamdash
WORKDIR /srv/iamdash
ENV PATH=/opt/iamdash/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001
EXPOSE 8000
CMD ["gunicorn", "iamdash.wsgi", "--workers=2", "--threads=4", "--access-logfile=-", "--no-control-socket", "--bind=0.0.0.0:8000"]
