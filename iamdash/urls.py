"""Every address of iamdash, by noun."""

from django.urls import URLPattern, path, re_path

from iamdash.views import (
    accounts,
    bulk,
    candidate,
    candidates,
    claims,
    exceptions,
    frame,
    health,
    overview,
    record,
    sign_in,
    single_sign_on,
    workloads,
)
from iamdash.views import candidate_deeds as deeds

urlpatterns: list[URLPattern] = [
    path("", overview.overview_page, name="overview"),
    path("candidates/", candidates.candidates, name="candidates"),
    path("candidates/export.csv", candidates.export_csv, name="candidates-export"),
    path("candidates/bulk", bulk.bulk, name="candidates-bulk"),
    path("candidates/bulk/undo", bulk.undo_claim, name="candidates-bulk-undo"),
    path("candidates/records", record.all_records, name="candidate-records"),
    path("candidates/records.json", record.all_records_json, name="candidate-records-json"),
    path("candidates/<int:number>/record", record.record, name="candidate-record"),
    path("candidates/<int:number>/record.json", record.record_json, name="candidate-record-json"),
    path("candidates/<int:number>/row/claim", candidates.claim_row, name="candidate-row-claim"),
    path("candidates/<int:number>/row/release", candidates.release_row, name="candidate-row-release"),
    path("candidates/<int:number>/", candidate.candidate, name="candidate"),
    path("candidates/<int:number>/claim", deeds.claim, name="candidate-claim"),
    path("candidates/<int:number>/release", deeds.release, name="candidate-release"),
    path("candidates/<int:number>/confirm", claims.confirm, name="candidate-confirm"),
    path("candidates/<int:number>/take-over", claims.take_over, name="candidate-take-over"),
    path("candidates/<int:number>/accept", claims.accept_offer, name="candidate-accept"),
    path("candidates/<int:number>/decline", claims.decline_offer, name="candidate-decline"),
    path("candidates/<int:number>/withdraw", claims.withdraw_offer, name="candidate-withdraw"),
    path("candidates/<int:number>/hand-over", deeds.hand_over, name="candidate-hand-over"),
    path("candidates/<int:number>/assign", deeds.assign, name="candidate-assign"),
    path("candidates/<int:number>/route", deeds.choose_route, name="candidate-route"),
    path("candidates/<int:number>/cadence", deeds.declare_cadence, name="candidate-cadence"),
    path("candidates/<int:number>/roles", deeds.link_role, name="candidate-roles"),
    path("candidates/<int:number>/roles/<int:link>/unlink", deeds.unlink_role, name="candidate-unlink-role"),
    path("candidates/<int:number>/due-date", deeds.set_due_date, name="candidate-due-date"),
    path("candidates/<int:number>/notes", deeds.write_note, name="candidate-notes"),
    path("candidates/<int:number>/links", deeds.link_tracker, name="candidate-links"),
    path("candidates/<int:number>/links/<int:link>/remove", deeds.remove_tracker, name="candidate-remove-link"),
    path("candidates/<int:number>/exceptions", exceptions.ask_exception, name="candidate-exceptions"),
    path(
        "candidates/<int:number>/exceptions/<int:link>/approve",
        exceptions.approve_exception,
        name="candidate-approve-exception",
    ),
    path(
        "candidates/<int:number>/exceptions/<int:link>/decline",
        exceptions.decline_exception,
        name="candidate-decline-exception",
    ),
    path("candidates/<int:number>/exceptions/<int:link>/end", exceptions.end_exception, name="candidate-end-exception"),
    path("candidates/<int:number>/block", exceptions.block, name="candidate-block"),
    path("candidates/<int:number>/unblock", exceptions.unblock, name="candidate-unblock"),
    path("candidates/<int:number>/check", deeds.check, name="candidate-check"),
    path("candidates/<int:number>/close", deeds.close, name="candidate-close"),
    path("workloads/<int:number>/", workloads.workload, name="workload"),
    path("workloads/<int:number>/rename", workloads.rename, name="workload-rename"),
    path("workloads/<int:number>/merge", workloads.merge, name="workload-merge"),
    path("workloads/<int:number>/split", workloads.split, name="workload-split"),
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/running", accounts.running, name="accounts-running"),
    path("accounts/sync", accounts.sync_all, name="sync-all"),
    re_path(r"^accounts/(?P<account_id>[0-9]{12})/$", accounts.account, name="account"),
    re_path(r"^accounts/(?P<account_id>[0-9]{12})/sync$", accounts.sync_account, name="sync-account"),
    path("healthcheck/live", health.live, name="health-live"),
    path("healthcheck/ready", health.ready, name="health-ready"),
    path("sign-in", sign_in.sign_in, name="sign-in"),
    path("sign-in/<slug:provider_id>/", single_sign_on.begin, name="openid_connect_login"),
    path("sign-in/<slug:provider_id>/callback", single_sign_on.finish, name="openid_connect_callback"),
    path("sign-out", sign_in.sign_out, name="sign-out"),
    path("theme", frame.theme, name="theme"),
]

handler400 = "iamdash.views.errors.bad_request"
handler403 = "iamdash.views.errors.no_permission"
handler404 = "iamdash.views.errors.not_found"
handler500 = "iamdash.views.errors.server_error"
